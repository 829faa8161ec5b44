import { registry } from "@web/core/registry";
import { openMenu } from "@document_dispatch/../tests/tours/menu_steps";

/** The manager opens the rule of reminders, switches it on, looks at what it would do, and lets it run. */
registry.category("web_tour.tours").add("document_dispatch_reminder", {
    steps: () => [
        ...openMenu("menu_reminders", "menu_rule_reminder"),
        {
            content: "It is off, and says on which days it reminds",
            trigger:
                ".o_field_widget[name='sentence']:contains('5 days before, on the due date, 5 days after, 15 days after'):contains('inactive')",
        },
        {
            content: "Each level has its text",
            trigger:
                ".o_field_widget[name='level_ids'] .o_data_row:contains('15 days after'):contains('after the Due Date')",
        },
        {
            content: "Switch it on",
            trigger: ".o_field_widget[name='active'] input",
            run: "click",
        },
        {
            content: "From today on",
            trigger: ".o_field_widget[name='sentence']:contains('or later')",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Look at what it would do",
            trigger: ".o_form_saved button[name='action_preview']",
            run: "click",
        },
        {
            content: "Who would be reminded, and of how much",
            trigger:
                ".modal .o_data_row:contains('rui@silva.example.com'):contains('1,250.00'):contains('on the due date')",
        },
        {
            content: "Who would not",
            trigger: ".modal .nav-link:contains('Would Not Be Sent')",
            run: "click",
        },
        {
            content: "That invoice never arrived",
            trigger: ".modal .o_data_row:contains('not delivered')",
        },
        {
            content: "Close",
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            content: "Where those stand",
            trigger: "body:not(:has(.modal)) button[name='action_view_never_arrived']",
            run: "click",
        },
        {
            content: "In a list",
            trigger: ".o_list_view .o_data_row:contains('Nowak')",
        },
        {
            content: "Back",
            trigger: ".o_breadcrumb .breadcrumb-item a, .o_back_button",
            run: "click",
        },
        {
            content: "Run it",
            trigger: ".o_form_view button[name='action_preview']:contains('Run Now')",
            run: "click",
        },
        {
            content: "The button says what it does",
            trigger: ".modal footer button[name='action_run']:contains('Send 1 by e-mail')",
            run: "click",
        },
        {
            content: "One reminder",
            trigger: ".o_list_view .o_data_row:contains('Payment Reminder'):contains('Silva')",
        },
    ],
});
