from . import document_dispatch
from . import document_dispatch_rule
from . import document_dispatch_rule_kind
from . import document_dispatch_rule_plan
from . import document_dispatch_rule_preview
from . import document_dispatch_rule_schedule
from . import document_dispatch_rule_text
from . import document_dispatch_run
