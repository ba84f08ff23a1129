"""The commands of the terminal, one module each; `ui.cli` imports a module when it is used."""
