<?php
// Written by Mailwright (nextcloud). Changes made here are lost: your own lines go into the option extra.
$CONFIG = [
  'mail_smtpmode' => 'smtp',
  'mail_smtphost' => 'smtp.analytical.example',
  'mail_smtpport' => 465,
  'mail_smtpsecure' => 'ssl',
  'mail_smtpauth' => true,
  'mail_smtpname' => 'ada@analytical.example',
  // mail_smtppassword comes from NC_mail_smtppassword in the environment. Here Nextcloud would copy it into config.php.
  'mail_from_address' => 'ada',
  'mail_domain' => 'analytical.example',
];
