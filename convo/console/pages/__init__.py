"""One page a file. Each has `routes(app) -> list[Route]` and its templates beside it in `templates/`."""
