-- a copy of the database sends nothing to customers, whatever mail server it is given
UPDATE res_company SET dispatch_mode = 'off';
