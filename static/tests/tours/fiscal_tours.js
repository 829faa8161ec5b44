import { registry } from "@web/core/registry";
import { dragenterFiles, dropFiles } from "@web/../tests/utils";

const files = [];
const cards = ".modal .o_field_widget[name='dispatch_file_ids'] .o_kanban_record";

/** Fetches what the test laid ready, as files that a person has on their disk. */
async function fetchFiles(wanted) {
    files.length = 0;
    for (const [xmlid, name, type] of wanted) {
        const response = await fetch(`/web/content/${xmlid}`);
        files.push(new File([await response.arrayBuffer()], name, { type }));
    }
}

/** Drops files that the test laid ready over an invoice's chatter, and opens the page that shows them. */
function dropOnInvoice(wanted) {
    return [
        {
            content: "Drag both over the chatter",
            trigger: ".o-mail-Chatter",
            async run() {
                await fetchFiles(wanted);
                await dragenterFiles(".o-mail-Chatter", files);
            },
        },
        {
            content: "Drop them",
            trigger: ".o-Dropzone",
            async run() {
                await dropFiles(".o-Dropzone", files);
            },
        },
        {
            content: "Open the page",
            trigger: ".o_notebook .nav-link[name='dispatch_files']",
            run: "click",
        },
    ];
}

/** The clerk drops XML and boleto on an invoice, sees both recognised, and sends all three. */
registry.category("web_tour.tours").add("document_dispatch_fiscal", {
    steps: () => [
        ...dropOnInvoice([
            ["document_dispatch.tour_nfe", "35-nfe.xml", "text/xml"],
            ["document_dispatch.tour_boleto", "cobranca.pdf", "application/pdf"],
        ]),
        {
            content: "The NF-e is recognised, fits, and has its DANFE",
            trigger:
                ".o_field_widget[name='dispatch_file_ids'] .o_data_row:contains('NF-e'):contains('Matches'):contains('Ready')",
        },
        {
            content: "So is the boleto",
            trigger: ".o_field_widget[name='dispatch_file_ids'] .o_data_row:contains('Boleto'):contains('Matches')",
        },
        {
            content: "Send",
            trigger: "button[name='action_invoice_sent']:contains('Send')",
            run: "click",
        },
        {
            content: "The NF-e goes to the NF contacts",
            trigger: `${cards}:contains('NF-e'):contains('fiscal@silva.example.com: NF-e flag on the contact') .o_field_boolean_toggle input:checked`,
        },
        {
            content: "The boleto goes to the financial contacts; look at its text",
            trigger: `${cards}:contains('Boleto'):contains('tesouraria@silva.example.com: Payment documents flag')`,
            run: "click",
        },
        {
            content: "It has a text of its own, with the line to type",
            trigger:
                ".modal .modal-title:contains('NF-e and boletos'), .modal .odoo-editor-editable:contains('Line to type')",
        },
        {
            content: "Write something more",
            trigger: ".modal .odoo-editor-editable p:contains('Here is your boleto')",
            run: "editor Segue o boleto, como combinado.",
        },
        {
            content: "Keep it",
            trigger: ".modal .o_form_button_save, .modal footer button:contains('Save')",
            run: "click",
        },
        {
            content: "Only these two, not the invoice",
            trigger: ".modal .o_field_widget[name='dispatch_invoice_too'] input",
            run: "uncheck",
        },
        {
            content: "Send",
            trigger:
                ".modal:not(:has(.o_field_widget[name='subject'])) button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "Both went",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name='dispatch_file_ids'] .o_data_row:contains('Boleto'):contains('Sent')",
        },
        {
            content: "Follow them to the log",
            trigger: ".oe_stat_button[name='action_view_dispatches']",
            run: "click",
        },
        {
            content: "Two rows",
            trigger: ".o_list_view .o_data_row:contains('NF-e'):contains('Sent')",
        },
    ],
});

/** The clerk drops an NFS-e and a boleto with Pix, sees what stands in them, and sends both. */
registry.category("web_tour.tours").add("document_dispatch_nfse", {
    steps: () => [
        ...dropOnInvoice([
            ["document_dispatch.tour_nfse", "nota.xml", "text/xml"],
            ["document_dispatch.tour_bolepix", "bolepix.pdf", "application/pdf"],
        ]),
        {
            content: "The NFS-e is recognised, fits, and has its DANFSe",
            trigger:
                ".o_field_widget[name='dispatch_file_ids'] .o_data_row:contains('NFS-e/27'):contains('Matches'):contains('Ready')",
        },
        {
            content: "The boleto is called what the treasury knows; look at it",
            trigger:
                ".o_field_widget[name='dispatch_file_ids'] .o_data_row:contains('Matches') .o_data_cell:contains('Itaú 109/00000157')",
            run: "click",
        },
        {
            content: "Its Pix code was read from the picture",
            trigger: ".modal .o_field_widget[name='pix_code']:contains('br.gov.bcb.pix')",
        },
        {
            content: "Back",
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            content: "Send",
            trigger: "body:not(:has(.modal)) button[name='action_invoice_sent']:contains('Send')",
            run: "click",
        },
        {
            content: "The NFS-e goes to the NFS-e contacts",
            trigger: `${cards}:contains('NFS-e'):contains('servicos@silva.example.com: NFS-e flag on the contact') .o_field_boolean_toggle input:checked`,
        },
        {
            content: "Only these two, not the invoice",
            trigger: ".modal .o_field_widget[name='dispatch_invoice_too'] input",
            run: "uncheck",
        },
        {
            content: "Send",
            trigger:
                ".modal:not(:has(.o_field_widget[name='subject'])) button[name='action_send_and_print']:contains('Send')",
            run: "click",
        },
        {
            content: "Both went",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name='dispatch_file_ids'] .o_data_row:contains('NFS-e'):contains('Sent')",
        },
    ],
});
