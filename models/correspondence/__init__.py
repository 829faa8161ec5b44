from . import document_dispatch_printer
from . import document_dispatch_written
from . import document_dispatch_rule
from . import document_letter
from . import document_statement
from . import ir_actions_report
