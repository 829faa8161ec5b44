from . import res_company
from . import document_dispatch_channel_network
from . import document_dispatch
from . import document_dispatch_recipient
from . import document_dispatch_delivery
from . import account_move
from . import account_move_send
from . import document_dispatch_rule
