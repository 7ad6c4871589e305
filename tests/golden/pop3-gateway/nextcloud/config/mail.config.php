<?php
// Written by Mailwright (nextcloud). Changes made here are lost: your own lines go into the option extra.
$CONFIG = [
  'mail_smtpmode' => 'smtp',
  'mail_smtphost' => '127.0.0.1',
  'mail_smtpport' => 1025,
  'mail_smtpsecure' => '',
  'mail_smtpauth' => true,
  'mail_smtpname' => 'ada@contoso.example',
  // mail_smtppassword comes from NC_mail_smtppassword in the environment. Here Nextcloud would copy it into config.php.
  'mail_from_address' => 'ada',
  'mail_domain' => 'contoso.example',
];
