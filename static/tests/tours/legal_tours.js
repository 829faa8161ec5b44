import { registry } from "@web/core/registry";

/** Odoo's window hands the invoice to the network; the mail beside it waits, and the log says for what. */
function handOver(choice) {
    return [
        {
            content: "Open the send window",
            trigger: "button[name='action_invoice_sent']:contains('Send')",
            run: "click",
        },
        {
            content: "It goes to the network, and by e-mail",
            trigger: `.modal label:contains('${choice}')`,
        },
        {
            content: "Send",
            trigger: ".modal button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "The invoice is not sent yet",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='dispatch_state']:contains('Waiting')",
            timeout: 60000, // the page is drawn
        },
        {
            content: "Follow it to the log",
            trigger: ".oe_stat_button[name='action_view_dispatches']",
            run: "click",
        },
        {
            content: "The network's dispatch, and the copy",
            trigger: ".o_list_view:has(.o_data_row:contains('Network')):has(.o_data_row:contains('E-mail'))",
        },
    ];
}

function openNetwork() {
    return [
        {
            content: "Follow it to the log",
            trigger: ".oe_stat_button[name='action_view_dispatches']",
            run: "click",
        },
        {
            content: "Open the network's dispatch",
            trigger: ".o_list_view .o_data_row:contains('Network') td[name='document_name']",
            run: "click",
        },
    ];
}

/** Belgium: to Peppol, with a copy by mail. */
registry.category("web_tour.tours").add("document_dispatch_peppol", { steps: () => handOver("Peppol") });

/** Poland: to KSeF. */
registry.category("web_tour.tours").add("document_dispatch_ksef", { steps: () => handOver("KSeF") });

/** The authority refused it: its words stand there; the clerk corrects the invoice, and posts it again. */
registry.category("web_tour.tours").add("document_dispatch_network_refused", {
    steps: () => [
        {
            content: "The invoice says that it failed",
            trigger: ".o_field_widget[name='dispatch_state']:contains('Failed')",
        },
        ...openNetwork(),
        {
            content: "The words of the authority",
            trigger: ".o_form_view:contains('refused it'):contains('What you can do')",
        },
        {
            content: "Back to the list",
            trigger: ".o_breadcrumb .breadcrumb-item a, .o_back_button",
            run: "click",
        },
        {
            content: "Back to the invoice",
            trigger: ".o_list_view ~ *, .o_control_panel .breadcrumb-item a:contains('INV'), .o_back_button",
            run: "click",
        },
        {
            content: "Correct it",
            trigger: "button[name='button_draft']",
            run: "click",
        },
        {
            content: "The customer's number was wrong",
            trigger: ".o_field_widget[name='ref'] input",
            run: "edit corrected",
        },
        {
            content: "Post it",
            trigger: "button[name='action_post']",
            run: "click",
        },
        {
            content: "It can go again",
            trigger: "button[name='action_invoice_sent']",
        },
    ],
});

/** The network accepted it: the invoice is sent, the number stands there, and the copy went. */
registry.category("web_tour.tours").add("document_dispatch_network_accepted", {
    steps: () => [
        {
            content: "The invoice says so",
            trigger: ".o_field_widget[name='dispatch_state']:contains('Sent')",
        },
        {
            content: "Follow it to the log",
            trigger: ".oe_stat_button[name='action_view_dispatches']",
            run: "click",
        },
        {
            content: "Both went",
            trigger:
                ".o_list_view:has(.o_data_row:contains('Network'):contains('Sent')):has(.o_data_row:contains('E-mail'):contains('Sent'))",
        },
        {
            content: "Open the network's dispatch",
            trigger: ".o_list_view .o_data_row:contains('Network'):contains('Sent') td[name='document_name']",
            run: "click",
        },
        {
            content: "What it answered",
            trigger: ".o_form_view .o_field_widget[name='recipient_ids']:contains('accepted it')",
        },
    ],
});
