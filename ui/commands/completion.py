"""`novacron completion`: the script that completes commands, options and machine names."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)

VARIABLE = "_NOVACRON_COMPLETE"
"""The environment variable by which a shell asks for completions."""


class Shell(StrEnum):
    """The shells that can complete."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@app.command()
def completion(
    shell: Annotated[Shell, typer.Argument(help="Your shell.")] = Shell.BASH,
) -> None:
    """Print the script that completes commands, options and machine names.

    \b
      eval "$(novacron completion bash)"                            in ~/.bashrc
      eval "$(novacron completion zsh)"                             in ~/.zshrc
      novacron completion fish > ~/.config/fish/completions/novacron.fish
    """
    from typer._completion_shared import get_completion_script

    script = get_completion_script(prog_name="novacron", complete_var=VARIABLE, shell=shell.value)
    typer.echo(script)
