from . import account_move_send_wizard
from . import account_move_send_wizard_file
from . import account_move_send_batch_wizard
from . import document_dispatch_file_unlock
