from . import document_dispatch
from . import document_dispatch_channel_paper
from . import document_dispatch_mixin
from . import document_dispatch_print
from . import document_dispatch_printer
from . import ir_actions_report
from . import res_company
from . import res_partner
