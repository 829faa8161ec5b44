from . import call, gates
