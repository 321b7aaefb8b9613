"""What runs: texts come in, messages leave, clocks go off. Knows no HTTP."""
