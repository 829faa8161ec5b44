from . import document_dispatch_bulk
from . import document_dispatch_window
from . import account_move_send_wizard
from . import account_move_send_batch_wizard
from . import mail_compose_message
from . import sale_order_send_window
