"""Commands of `leadhouse`, a Typer application a module; heavy imports stand inside the functions."""
