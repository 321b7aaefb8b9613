"""Commands whose output is a conversation or a list: the log speaks up beside it only for what is wrong."""

import logging
import sys


def quiet() -> None:
    """Warnings and errors alone, on standard error."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
