from . import portal
from . import show
from . import consent
from . import known
from . import page
