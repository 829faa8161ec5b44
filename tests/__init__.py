from . import test_recipients
from . import test_core_exits
from . import test_delivery
from . import test_rule
from . import test_pdf
from . import test_tours
from . import test_consent
from . import test_access
