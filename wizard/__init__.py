from . import dispatch
from . import recipients
from . import rule
from . import documents
from . import setup
from . import paper
from . import correspondence
from . import brazil
