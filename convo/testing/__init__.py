"""Trying flows out: the real engine on a virtual clock, for tests, `convo test` and `convo chat`."""
