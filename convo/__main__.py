"""`python -m convo`."""

from convo.cli import main

main()
