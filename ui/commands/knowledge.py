"""`novacron knowledge`: people's own documents beside the runbooks that ship."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from tools.settings import load_settings
from ui import exits
from ui.console import open_console
from ui.format import moment_text, zone_of
from ui.tables import simple_table
from ui.text import clean, clean_lines, counted
from ui.wire import write_json

if TYPE_CHECKING:
    from knowledge.library import Changes, Library
    from knowledge.ranking import Hit

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Tenant = Annotated[str, typer.Option(help="Whose documents; no other tenant sees them.")]
_EXCERPT = 400


@app.callback()
def knowledge() -> None:
    """Add your own documents; search them together with the runbooks that ship.

    \b
      novacron knowledge add wiki/                     a folder; of a git folder what git keeps
      novacron knowledge add manual.pdf
      novacron knowledge add                           reads all of them anew
      novacron knowledge search "disk full" --os linux
      novacron knowledge list
      novacron knowledge remove wiki/old-page.md

    Markdown, HTML, PDF, DOCX and text are read. What they say is data: it is quoted with where it
    stands, and nothing in it is ever carried out.
    """


@app.command(name="add")
def add(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; none: all that were added.")
    ] = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> None:
    """Read files or folders in; only what changed since is indexed anew."""
    library = _library()
    chosen = paths or [path for path in library.sources(tenant) if path.exists()]
    done = [(path, _added(library, path, tenant, as_json)) for path in chosen]
    if as_json:
        write_json([{"path": str(path), **asdict(changes)} for path, changes in done])
        return
    if not done:
        typer.echo("Nothing was added yet: name a file or a folder.")
    for path, changes in done:
        _print_changes(path, changes)


@app.command(name="list")
def list_documents(tenant: Tenant = "default", as_json: AsJson = False) -> None:
    """Show the documents that were added."""
    settings = load_settings()
    kept = _library().documents(tenant)
    if as_json:
        write_json(
            [
                {
                    "file": k.document.file, "title": k.document.title, "passages": k.passages,
                    "source": k.document.source, "added_at": k.added_at, "hash": k.hash,
                    "providers": list(k.document.providers), "systems": list(k.document.systems),
                }
                for k in kept
            ]
        )  # fmt: skip
        return
    console = open_console()
    if not kept:
        console.print(Text("No documents of your own: novacron knowledge add PATH."))
        return
    zone = zone_of(settings.zone)
    rows = [
        (
            Text(clean(k.document.file), "bold"),
            Text(clean(k.document.title)),
            Text(str(k.passages)),
            Text(moment_text(k.added_at, zone)),
        )
        for k in kept
    ]
    console.print(simple_table(["document", "title", "passages", "added"], rows))


@app.command(name="remove")
def remove(
    name: Annotated[str, typer.Argument(help="A document, a glob of them, or what was added.")],
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> None:
    """Forget documents; the files themselves stay as they are."""
    gone = _library().remove(name, tenant)
    if as_json:
        write_json({"removed": gone})
        return
    typer.echo(f"{counted(len(gone), 'document')} forgotten; the files were not touched.")


@app.command(name="search")
def search(
    question: Annotated[str, typer.Argument(help="What is asked, in your words.")],
    provider: Annotated[
        str | None, typer.Option(help="Only for aws, azure, gcp, libvirt or vsphere.")
    ] = None,
    system: Annotated[str | None, typer.Option("--os", help="Only for linux or windows.")] = None,
    tool: Annotated[str | None, typer.Option(help="Only where this tool is used.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="The best N.")] = 5,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> None:
    """Find what answers a question; exit code 1 where nothing does."""
    from knowledge.passages import PROVIDERS, SYSTEMS
    from knowledge.ranking import Filters
    from tools.names import require_known
    from ui.commands.typed import catalog

    filters = Filters(
        require_known("provider", provider, PROVIDERS) if provider else "",
        require_known("system", system, SYSTEMS) if system else "",
        require_known("tool", tool, tuple(catalog())) if tool else "",
    )
    answer = _library().search(question, tenant, filters, limit)
    if as_json:
        write_json(
            {
                "found": bool(answer.hits),
                "hits": [hit_to_json(hit) for hit in answer.hits],
                "nearest": [hit_to_json(hit) for hit in answer.nearest],
            }
        )
    else:
        _print_answer(answer.hits, answer.nearest)
    raise typer.Exit(exits.DONE if answer.hits else exits.PROBLEM)


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """A document that fits, as programs get it."""
    document, passage = hit.document, hit.passage
    return {
        "file": document.file, "title": document.title, "heading": passage.heading,
        "link": passage.link, "excerpt": hit.text, "score": round(hit.score, 4),
        "belief": round(hit.belief, 3), "sure": hit.sure, "source": document.source,
        "providers": list(document.providers), "systems": list(document.systems),
        "tools": list(document.tools), "severity": document.severity,
    }  # fmt: skip


def _library() -> Library:
    from knowledge.library import open_library

    return open_library(load_settings())


def _added(library: Library, path: Path, tenant: str, quiet: bool) -> Changes:
    console = open_console(stderr=True)
    if quiet or not console.is_terminal:
        return library.add(path, tenant)
    with console.status(f"Reading {clean(str(path))}") as status:
        return library.add(path, tenant, lambda file: status.update(f"Read {clean(file)}"))


def _print_changes(path: Path, changes: Changes) -> None:
    words = {
        "added": changes.added, "updated": changes.updated, "unchanged": changes.unchanged,
        "removed": changes.removed, "could not be read": changes.unread,
    }  # fmt: skip
    said = ", ".join(f"{len(files)} {word}" for word, files in words.items() if files)
    console = open_console()
    console.print(Text(f"{clean(str(path))}: {said}; {counted(changes.passages, 'passage')} new."))
    for file, reason in changes.unread.items():
        console.print(Text(f"  {clean(file)}: {clean(reason)}", "yellow"))


def _print_answer(hits: tuple[Hit, ...], nearest: tuple[Hit, ...]) -> None:
    console = open_console()
    if not hits:
        console.print(Text("Nothing found that answers this."))
        if nearest:
            console.print(Text("What comes closest, to look at:", "dim"))
        for hit in nearest[:3]:
            line = f"  {clean(hit.document.title)}  {clean(hit.passage.link)}"
            console.print(Text(line, "dim"))
        return
    for hit in [hit for hit in hits if hit.sure] or hits[:1]:
        heading = f" > {clean(hit.passage.heading)}" if hit.passage.heading else ""
        console.print(Text(clean(hit.document.title), "bold").append(heading, "not bold"))
        text = clean_lines(hit.text)
        console.print(Text(text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"))
        console.print(Text(clean(hit.passage.link), "cyan"))
        console.print()
