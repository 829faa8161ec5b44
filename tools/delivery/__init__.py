from . import environment, shutdown
