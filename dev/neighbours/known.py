"""Who the neighbours are, and in which of their tests the addon means to behave otherwise."""

from dataclasses import dataclass

SERIES = "19.0"


@dataclass(frozen=True)
class Neighbours:
    """Modules that live together in a database.

    ``compare``: whose tests run without and with the addon; ``wheels``: what comes from the registry;
    ``mends``: what does not fit this Odoo, as file, old text, new text;
    ``left_out``: files of tests that reckon for many minutes, and never come near a document that is sent;
    ``own``: the addon's own tests run beside them.
    """

    modules: tuple = ()
    compare: tuple = ()
    wheels: tuple = ()
    mends: tuple = ()
    left_out: tuple = ()
    own: bool = True


def wheels(modules):
    """Return what pip calls these modules of OCA."""
    return tuple(f"odoo-addon-{module}=={SERIES}.*" for module in modules)


#: Modules that touch invoices, partners and mails, for 19.0 on the Python registry.
OCA = (
    "account_credit_control", "account_invoice_refund_link", "account_invoice_transmit_method", "account_move_substate",
    "contract", "mail_tracking", "partner_firstname", "partner_statement", "queue_job", "sale_order_type",
)
#: Ten more that watch over addresses, mails, followers, accounts, and what is printed or numbered.
OCA_MORE = (
    "account_comment_template", "account_move_print", "account_payment_term_extension", "auditlog", "mail_debranding",
    "mail_optional_autofollow", "mail_outbound_static", "mail_restrict_follower_selection", "partner_email_check",
    "sale_order_revision",
)
BRAZIL = ("l10n_br_fiscal", "l10n_br_fiscal_edi", "l10n_br_account")

#: The tag of tests that need another module (tests/common.py)
BESIDE = "document_dispatch_beside"
#: Of the addon's own tests: everything that meets other modules' code, and no browser.
THEMES = (
    "access", "brazil_files", "consent", "consent_address", "consent_page", "delivery", "delivery_bounce",
    "delivery_draft", "dispatch_batch", "dispatch_resend", "documents_contract", "documents_core_exits",
    "documents_quotation_window", "documents_send_window", "legal_network", "recipients", "rule",
)

#: What Odoo's tests of taxes reckon; the last three with orders, too
TAXES = (
    "base_lines_tax_details", "computation", "dispatching_base_lines", "downpayment", "global_discount",
    "tax_totals_summary",
)

NEIGHBOURHOODS = {
    "localisations": Neighbours(
        ("l10n_br", "l10n_fr_account", "l10n_fr_facturx_chorus_pro", "l10n_pl", "l10n_cz", "l10n_ar"),
    ),
    "apps": Neighbours((
        "account_payment", "account_peppol", "crm", "point_of_sale", "purchase_stock", "sale_pdf_quote_builder",
        "sale_project", "sale_stock", "snailmail_account", "website_sale",
    ), compare=("account_payment", "account_peppol", "snailmail_account", "sale_pdf_quote_builder"),
        # what Odoo's own account_peppol wants
        wheels=("phonenumbers",)),
    # networks and tax authorities: services stubbed in tests/test_legal_beside.py
    "network": Neighbours(
        # l10n_be: the test of Peppol is a Belgian company's
        ("l10n_pl_edi", "account_peppol", "l10n_be", "l10n_it_edi", "l10n_ro_edi", "l10n_es_edi_verifactu"),
        compare=("l10n_pl_edi",), wheels=("phonenumbers",)),
    "oca": Neighbours(OCA, compare=OCA, wheels=wheels(OCA)),
    "oca_more": Neighbours(OCA_MORE, compare=OCA_MORE, wheels=wheels(OCA_MORE)),
    "brazil": Neighbours(BRAZIL, compare=BRAZIL, wheels=wheels(BRAZIL), mends=(
        # The list of contacts shows a contact's full name here.
        ("l10n_br_base/views/res_partner_view.xml", '"display_name" position', '"complete_name" position'),
    )),
    "sale": Neighbours(
        compare=("sale", "sale_management", "portal"), own=False,
        left_out=tuple(f"/sale/tests/test_taxes_{name}.py" for name in TAXES[-3:]),
    ),
    "mail": Neighbours(compare=("mail",), own=False),
    "account": Neighbours(
        compare=("account",), own=False,
        left_out=tuple(f"/account/tests/test_taxes_{name}.py" for name in TAXES),
    ),
}

#: Beginnings of lines in the guide's section "Differences to Odoo": each says what differs, and what for
TEXT = "The text is the document type's"
NO_ADDRESS = "Sent means that a mail server took it"
NETWORK = "What a network takes is sent when it took it"
FOLLOWERS = "Only the selected recipients receive the e-mail"
SHOWS_ONLY = "Who is not of the customer's people gets a link that only shows"
PEPPOL = "account_peppol: TestPeppolMessage"
COMPOSER, SEND = "account: TestAccountComposerPerformance", "account: TestAccountMoveSend"
#: ``{test: by which difference to Odoo it fails with the addon, and rightly so}``
INTENDED = {
    "account: TestAccountMoveOutInvoiceOnchanges.test_search_move_sent_values": NO_ADDRESS,
    f"{COMPOSER}.test_invoice_sent_to_additional_partner": SHOWS_ONLY,
    f"{COMPOSER}.test_move_composer_multi": FOLLOWERS,
    f"{COMPOSER}.test_move_composer_single": FOLLOWERS,
    f"{COMPOSER}.test_move_composer_single_lang": FOLLOWERS,
    f"{SEND}.test_get_sending_settings": TEXT,
    f"{PEPPOL}.test_peppol_default_ubl_bis3_multi": NETWORK,
    f"{PEPPOL}.test_peppol_send_multi_async": NETWORK,
    f"{PEPPOL}.test_peppol_send_multi_async_mixed": NETWORK,
    f"{PEPPOL}.test_silent_error_while_creating_xml": NETWORK,
    "sale: TestSalePayment.test_partial_payment_confirm_order": TEXT,
    "sale: TestSaleOrder.test_sale_order_standard_flow": NO_ADDRESS,
    "sale: TestSaleOrder.test_scheduled_mark_so_as_sent": NO_ADDRESS,
    "sale: TestSaleToInvoice.test_sale_order_standard_flow_with_invoicing": NO_ADDRESS,
}

#: ``{module: why none of its tests can run here}``
WITHOUT_TESTS = {"account_move_print": "it comes without any"}
