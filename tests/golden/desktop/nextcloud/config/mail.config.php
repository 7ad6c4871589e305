<?php
// Written by Mailwright (nextcloud). Changes made here are lost: your own lines go into the option extra.
$CONFIG = [
  'mail_smtpmode' => 'smtp',
  'mail_smtphost' => '[::1]',
  'mail_smtpport' => 2525,
  'mail_smtpsecure' => '',
  'mail_smtpauth' => true,
  'mail_smtpname' => 'zoe@home.example',
  // mail_smtppassword comes from NC_mail_smtppassword in the environment. Here Nextcloud would copy it into config.php.
  'mail_from_address' => 'zoe',
  'mail_domain' => 'home.example',
];
