from . import envelopes, letters
