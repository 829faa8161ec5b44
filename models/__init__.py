# from the lowest room up: what a room declares, those above it may override
from . import dispatch
from . import recipients
from . import text
from . import page
from . import delivery
from . import rule
from . import documents
from . import setup
from . import paper
from . import correspondence
from . import kinds
from . import legal
from . import reminder
from . import consent
from . import brazil
