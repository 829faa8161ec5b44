from . import document_dispatch_mixin
from . import account_move
from . import account_move_send
from . import account_move_send_summary
from . import sale_order
from . import sale_order_template
from . import mail_scheduled_message
from . import mail_template
