"""The flow language: reading, compiling and stepping. Pure: no I/O, no clock, no database."""
