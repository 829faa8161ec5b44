from . import accounts, claim, environment, sessions, shutdown, steps
