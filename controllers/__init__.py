from . import portal
from . import show
from . import consent
from . import export
from . import here
from . import page
