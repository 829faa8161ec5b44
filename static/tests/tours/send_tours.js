import { registry } from "@web/core/registry";
import { openMenu } from "@document_dispatch/../tests/tours/menu_steps";

/** The clerk opens an invoice, sends it to the people that the flags say, and follows it to the log. */
registry.category("web_tour.tours").add("document_dispatch_send_invoice", {
    steps: () => [
        {
            content: "Open the send window",
            trigger: "button[name='action_invoice_sent']:contains('Send')",
            run: "click",
        },
        {
            content: "The flagged contacts are filled in",
            trigger: ".modal .o_field_widget[name='mail_partner_ids']:contains('Ana Silva'):contains('Rui Lopes')",
        },
        {
            content: "Nobody else is",
            trigger: ".modal .o_field_widget[name='mail_partner_ids']:not(:contains('contato@silva'))",
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "The invoice says that the server took it",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='dispatch_state']:contains('Sent')",
        },
        {
            content: "Follow it to the log",
            trigger: ".oe_stat_button[name='action_view_dispatches']",
            run: "click",
        },
        {
            content: "One row, sent",
            trigger: ".o_list_view .o_data_row:contains('Sent') td[name='document_name']",
            run: "click",
        },
        {
            content: "Each address with its reason and its outcome",
            trigger:
                ".o_form_view .o_field_widget[name='recipient_ids'] .o_data_row:contains('ana@silva.example.com'):contains('Invoice flag on the contact'):contains('Accepted')",
        },
    ],
});

/** A mail of a rule waits in review; a person looks at it, changes the subject and releases it, then all others. */
registry.category("web_tour.tours").add("document_dispatch_review", {
    steps: () => [
        ...openMenu("menu_outbox", "menu_review"),
        {
            content: "Open the row, which says of how much it is",
            trigger: ".o_list_view .o_data_row:contains('In review'):contains('1,250.00') td[name='document_name']",
            run: "click",
        },
        {
            content: "The mail as the customer will see it",
            trigger: ".o_field_widget[name='mail_preview'] :iframe body:contains('1,250.00')",
        },
        {
            content: "Its PDF beside it",
            trigger: ".o_field_widget[name='attachment_ids'] iframe.o_pdfview_iframe",
        },
        {
            content: "Look at the text",
            trigger: ".o_notebook .nav-link:contains('Text and Files')",
            run: "click",
        },
        {
            content: "Change the subject",
            trigger: ".o_field_widget[name='subject'] input",
            run: "edit Sua fatura, como combinado",
        },
        {
            content: "Release it",
            trigger: "button[name='action_release']",
            run: "click",
        },
        {
            content: "It went",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Sent')",
        },
        {
            content: "Back to the others",
            trigger: ".o_breadcrumb .breadcrumb-item a, .o_back_button",
            run: "click",
        },
        {
            content: "All of them",
            trigger: ".o_list_view:has(.o_data_row:contains('2,500.00')) button[name='action_ask_release_all']",
            run: "click",
        },
        {
            content: "Which, and how many",
            trigger:
                ".modal:has(.o_data_row:contains('2,500.00')) footer button[name='action_release']:contains('Send 2 by e-mail')",
            run: "click",
        },
        {
            content: "Nothing waits any more",
            trigger: "body:not(:has(.modal)) .o_list_view .o_view_nocontent:contains('Nothing to review')",
        },
    ],
});

/** The contact form says who would get what today, and why. */
registry.category("web_tour.tours").add("document_dispatch_contact", {
    steps: () => [
        {
            content: "Open the page of the documents",
            trigger: ".o_notebook .nav-link[name='document_dispatch']",
            run: "click",
        },
        {
            content: "Two flagged contacts get invoices",
            trigger:
                ".o_field_widget[name='dispatch_overview'] tr:contains('ana@silva.example.com'):contains('Invoice flag on the contact'):contains('rui@silva.example.com')",
        },
        {
            content: "Payment documents go to the general address",
            trigger:
                ".o_field_widget[name='dispatch_overview'] tr:contains('Payment documents'):contains('contato@silva.example.com'):contains('general address')",
        },
        {
            content: "Refuse e-mail",
            trigger: ".o_field_widget[name='dematerialization_refused'] input",
            run: "check",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Everything goes on paper now",
            trigger: ".o_form_saved .o_field_widget[name='dispatch_overview']:contains('refuses e-mail')",
        },
    ],
});

/** Rui is in Cc by what their contact says; the clerk adds the archive in Bcc. */
registry.category("web_tour.tours").add("document_dispatch_send_in_copy", {
    steps: () => [
        {
            content: "Open the send window",
            trigger: "button[name='action_invoice_sent']:contains('Send')",
            run: "click",
        },
        {
            content: "Ana is in To, and Rui is not",
            trigger:
                ".modal .o_field_widget[name='mail_partner_ids']:contains('Ana Silva'):not(:contains('Rui Lopes'))",
        },
        {
            content: "They are in Cc, and why",
            trigger: ".modal .o_field_widget[name='dispatch_cc'] input:value('rui@silva.example.com')",
        },
        {
            content: "The reason stands below",
            trigger:
                ".modal .o_field_widget[name='dispatch_reasons']:contains('Cc rui@silva.example.com: Invoice flag on the contact')",
        },
        {
            content: "The window says who gets one of their own",
            trigger: ".modal div[name='dispatch_common']:contains('One e-mail for all')",
        },
        {
            content: "The archive in Bcc",
            trigger: ".modal .o_field_widget[name='dispatch_bcc'] input",
            run: "edit arquivo@aurora.example.com",
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "The invoice says that the server took it",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='dispatch_state']:contains('Sent')",
        },
    ],
});
