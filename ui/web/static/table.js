// A table that is filtered, sorted and paged here: ten thousand rows, of which one page is drawn.
(() => {
  "use strict";
  const nova = window.nova;
  const { el, icon, text } = nova;
  const SIZES = [10, 25, 50, 100];
  let tables = 0;

  class Table {
    // take(at): plan what the row at this place offers; gives {ok} or {error, hint}.
    constructor(props, take) {
      this.props = props;
      this.take = take;
      this.rows = props.rows;
      this.whole = !props.source;
      this.query = "";
      this.order = null;
      this.page = 0;
      this.size = props.size || 10;
      this.id = `nova-table-${++tables}`;
      this.node = this.build();
      this.draw();
      if (!this.whole) this.fetchRest();
    }

    build() {
      const { columns, total, title } = this.props;
      this.count = el("span.nova-count", { role: "status" });
      this.filter = el("input.nova-filter", {
        type: "search",
        placeholder: "Filter",
        "aria-label": `Filter ${title}`,
        autocomplete: "off",
        oninput: () => {
          this.query = this.filter.value.trim().toLowerCase();
          this.page = 0;
          this.draw();
        },
      });
      this.heads = columns.map((column, at) =>
        el("th", { scope: "col", "data-figure": nova.isFigure(column.unit) },
          el("button.nova-sort", { type: "button", onclick: () => this.sortBy(at) },
            el("span", {}, column.title), el("span.nova-arrow", { "aria-hidden": "true" }))));
      const offers = this.props.offers ? el("th", { scope: "col" }, el("span.nova-unseen", {}, "Plan it")) : null;
      this.trouble = el("p.nova-trouble", { role: "alert" });
      this.body = el("tbody");
      this.pager = this.buildPager();
      const small = total <= SIZES[0];
      const bar = el("div.nova-table-bar", {}, el("span.nova-table-title", {}, title), this.count,
        el("span.nova-fill"), small ? null : this.filter);
      const scroll = el("div.nova-scroll", { tabindex: "0", role: "region", "aria-label": title },
        el("table", {}, el("caption.nova-unseen", {}, title), el("thead", {}, el("tr", {}, this.heads, offers)), this.body));
      const whole = el("div.nova-table", { id: this.id }, bar, scroll, this.trouble, small ? null : this.pager);
      if (!this.props.folded) return whole;
      return el("details.nova-fold", {}, el("summary", {}, `${title} as a table`), whole);
    }

    buildPager() {
      const step = (name, label, by) =>
        el("button.nova-step", { type: "button", "aria-label": label, onclick: () => { this.page += by; this.draw(); } }, icon(name));
      this.back = step("left", "Previous page", -1);
      this.next = step("right", "Next page", 1);
      this.where = el("span.nova-where");
      this.sizes = el("select", {
        "aria-label": "Rows on a page",
        onchange: () => { this.size = Number(this.sizes.value); this.page = 0; this.draw(); },
      }, SIZES.map((size) => el("option", { value: String(size), selected: size === this.size }, String(size))));
      return el("div.nova-pager", {}, el("label", {}, "Rows ", this.sizes), el("span.nova-fill"), this.where, this.back, this.next);
    }

    async fetchRest() {
      this.node.setAttribute("aria-busy", "true");
      try {
        this.rows = (await nova.ask(this.props.source)).rows;
        this.whole = true;
        this.words = null;
      } catch {
        this.missing = true;
      }
      this.node.removeAttribute("aria-busy");
      this.draw();
    }

    sortBy(at) {
      const same = this.order && this.order.at === at;
      this.order = same && this.order.down ? null : { at, down: Boolean(same) };
      this.page = 0;
      this.draw();
    }

    // The rows that fit the filter, in order; their words are put together once.
    chosen() {
      const { columns } = this.props;
      let found = this.rows;
      if (this.query) {
        this.words = this.words || this.rows.map((row) =>
          columns.map((column) => text(row[column.key], column.unit)).join("\n").toLowerCase());
        const parts = this.query.split(/\s+/);
        found = found.filter((_, at) => parts.every((part) => this.words[at].includes(part)));
      }
      if (!this.order) return found;
      const { key } = columns[this.order.at];
      const way = this.order.down ? -1 : 1;
      const collator = new Intl.Collator("en", { numeric: true });
      return [...found].sort((a, b) => {
        const [x, y] = [a[key], b[key]];
        const [without, other] = [x === null || x === undefined, y === null || y === undefined];
        if (without || other) return without - other;
        if (typeof x === "number" && typeof y === "number") return (x - y) * way;
        return collator.compare(text(x), text(y)) * way;
      });
    }

    draw() {
      const { columns, total } = this.props;
      const found = this.chosen();
      const pages = Math.max(1, Math.ceil((this.query || this.whole ? found.length : total) / this.size));
      this.page = Math.min(Math.max(0, this.page), pages - 1);
      const first = this.page * this.size;
      this.body.replaceChildren(...found.slice(first, first + this.size).map((row) =>
        el("tr", { title: row.id && row.name ? row.id : undefined }, columns.map((column, at) => this.cell(row, column, at)), this.offer(row))));
      if (!found.length) {
        this.body.append(el("tr", {}, el("td.nova-none", { colSpan: columns.length + (this.props.offers ? 1 : 0) }, this.query ? "Nothing fits the filter." : "Nothing.")));
      }
      this.heads.forEach((head, at) => {
        const sorted = this.order && this.order.at === at;
        head.setAttribute("aria-sort", sorted ? (this.order.down ? "descending" : "ascending") : "none");
        head.querySelector(".nova-arrow").replaceChildren(sorted ? icon(this.order.down ? "down" : "up") : "");
      });
      const shown = this.query ? `${nova.number(found.length)} of ${nova.number(total)}` : nova.number(total);
      this.count.textContent = this.missing ? `the first ${this.rows.length} of ${nova.number(total)}` : shown;
      const last = Math.min(first + this.size, this.query || this.whole ? found.length : total);
      this.where.textContent = found.length ? `${nova.number(first + 1)}–${nova.number(last)}` : "";
      this.back.disabled = this.page === 0;
      this.next.disabled = this.page >= pages - 1;
    }

    // The button of a row that offers something: the plan comes below, and waits for a yes.
    offer(row) {
      if (!this.props.offers) return null;
      if (!(row.calls && row.calls.length)) return el("td");
      const press = async () => {
        button.disabled = true;
        let trouble = "";
        try {
          const answer = await this.take(this.rows.indexOf(row));
          if (answer && answer.error) trouble = [answer.error, answer.hint].filter(Boolean).join(" ");
        } catch (error) {
          trouble = [error.message, error.hint].filter(Boolean).join(" ");
        }
        this.trouble.textContent = trouble;
        button.disabled = false;
      };
      const button = el("button.nova-button.plain", { type: "button", "aria-label": `Plan: ${row.action}`, onclick: press }, "Plan it");
      return el("td", {}, button);
    }

    cell(row, column, at) {
      const value = row[column.key];
      const shown = column.unit === "state" || column.key === "state" ? nova.state(text(value)) : text(value, column.unit);
      const kind = at === 0 ? "th" : "td";
      const long = typeof shown === "string" && shown.length > 34;
      return el(kind, { scope: at === 0 ? "row" : undefined, "data-long": long, "data-figure": nova.isFigure(column.unit) }, shown);
    }
  }

  nova.Table = Table;
})();
