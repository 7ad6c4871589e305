;; Written by Mailwright (emacs). Changes made here are lost: your own lines go into the option extra. -*- coding: utf-8; lexical-binding: t -*-

(require 'auth-source)
(require 'cl-lib)
(require 'gnutls)
(require 'message)
(require 'mml-sec)
(require 'seq)
(require 'smtpmail)

;; Host, ports, login, and the command that prints the password or token.
(defvar mailwright-logins nil "Where passwords come from.")
(setq mailwright-logins
      (delete-dups (append '(
        ("smtp.mailbox.org" ("465" "smtps") "ada@mailbox.org"
         :command "gopass show --password \"mail/it's\"" :bytes t)
        ("posteo.de" ("465" "smtps") "ada@posteo.de"
         :command "pass show mail/pass" :bytes t)
        ("smtp.fastmail.com" ("465" "smtps") "ada@fastmail.com"
         :command "gpg --quiet --batch --decrypt ~/'secrets/my mail.gpg'" :bytes t)
        ("mail.runbox.com" ("465" "smtps") "ada"
         :command "sops --decrypt --extract '[\"mail\"][\"runbox\"]' /etc/secrets.yaml" :bytes t)
        ("smtp.mail.me.com" ("587" "submission") "ada@icloud.com"
         :command "secret-tool lookup service mail user ada" :bytes t)
        ("mail.gmx.net" ("465" "smtps") "ada@gmx.de"
         :command "op read 'op://Private/GMX mail/password'" :bytes t)
        ("posteo.de" ("993" "imaps") "ada@posteo.de"
         :command "pass show mail/pass")
        ("imap.mailbox.org" ("993" "imaps") "ada@mailbox.org"
         :command "gopass show --password \"mail/it's\"")
        ("imap.fastmail.com" ("993" "imaps") "ada@fastmail.com"
         :command "gpg --quiet --batch --decrypt ~/'secrets/my mail.gpg'")
        ("mail.runbox.com" ("993" "imaps") "ada"
         :command "sops --decrypt --extract '[\"mail\"][\"runbox\"]' /etc/secrets.yaml")
        ("imap.mail.me.com" ("993" "imaps") "ada"
         :command "secret-tool lookup service mail user ada")
        ("imap.gmx.net" ("993" "imaps") "ada@gmx.de"
         :command "op read 'op://Private/GMX mail/password'"))
      mailwright-logins)))

;; Every address, how it sends, and what it signs with; the first is the default.
(defvar mailwright-people nil "Who writes mail here.")
(setq mailwright-people
      '(
        ("ada@mailbox.org" :name "Ada Lovelace"
         :server "smtp.mailbox.org" :port 465 :stream ssl :user "ada@mailbox.org"
         :auth (plain login))
        ("ada@posteo.de" :name "Ada Lovelace"
         :server "posteo.de" :port 465 :stream ssl :user "ada@posteo.de"
         :auth (plain login))
        ("ada@fastmail.com" :name "Ada Lovelace"
         :server "smtp.fastmail.com" :port 465 :stream ssl :user "ada@fastmail.com"
         :auth (plain login))
        ("ada@runbox.com" :name "Ada Lovelace"
         :server "mail.runbox.com" :port 465 :stream ssl :user "ada"
         :auth (plain login))
        ("ada@icloud.com" :name "Ada Lovelace"
         :server "smtp.mail.me.com" :port 587 :stream starttls :user "ada@icloud.com"
         :auth (plain login))
        ("ada@gmx.de" :name "Ada Lovelace"
         :server "mail.gmx.net" :port 465 :stream ssl :user "ada@gmx.de"
         :auth (plain login))))

(defun mailwright-output (line)
  "What the shell LINE prints."
  (with-temp-buffer
    (let* ((default-directory (expand-file-name "~/"))
           (coding-system-for-read 'utf-8-unix)
           (coding-system-for-write 'utf-8-unix)
           (status (call-process "/bin/sh" nil '(t nil) nil "-c" line)))
      (unless (eql status 0)
        (error "The command `%s' failed: %s" line status))
      (buffer-string))))

(defun mailwright-file (file)
  "What stands in FILE."
  (with-temp-buffer
    (insert-file-contents file)
    (buffer-string)))

(defun mailwright-signature (from what)
  "The signature that the function FROM makes of WHAT; none, and a message, when it fails."
  (with-demoted-errors "No signature: %S"
    (funcall from what)))

;; Passwords: the command runs when one is asked for, and its first line counts.
(defun mailwright--secret (row)
  "The password of a ROW of `mailwright-logins'."
  (mailwright--text row (or (plist-get (cdddr row) :secret)
                            (car (split-string (mailwright-output (plist-get (cdddr row) :command)) "\n")))))

(defun mailwright--text (row text)
  "TEXT as the program that uses ROW needs it: smtpmail can write bytes in base64, nnimap sends characters."
  (if (plist-get (cdddr row) :bytes) (encode-coding-string text 'utf-8 t) text))

(defun mailwright--among (wanted have)
  "Whether one of HAVE is WANTED, which may be a list, or nil or t for anything."
  (or (memq wanted '(nil t))
      (let ((wanted (mapcar (lambda (w) (decode-coding-string (format "%s" w) 'utf-8))
                            (if (listp wanted) wanted (list wanted)))))
        (delq nil (mapcar (lambda (h) (member h wanted)) have)))))

(cl-defun mailwright--search (&key host port user max &allow-other-keys)
  "The logins for HOST, PORT and USER, at most MAX."
  (let (found)
    (dolist (row mailwright-logins)
      (when (and (mailwright--among host (list (nth 0 row)))
                 (mailwright--among port (nth 1 row))
                 (mailwright--among user (list (nth 2 row))))
        (push (list :host (nth 0 row)
                    :port (car (nth 1 row))
                    :user (mailwright--text row (nth 2 row))
                    :secret (lambda () (mailwright--secret row)))
              found)))
    (seq-take (nreverse found) (or max 1))))

(defun mailwright--source (entry)
  "The source of passwords that ENTRY of `auth-sources' names."
  (when (eq entry 'mailwright)
    (auth-source-backend-parse-parameters
     entry
     (auth-source-backend :source "mailwright" :type 'mailwright :search-function #'mailwright--search))))

(add-hook 'auth-source-backend-parser-functions #'mailwright--source)
(add-to-list 'auth-sources 'mailwright)
(auth-source-forget-all-cached)

;; A certificate that does not fit is an error and no question.
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`smtp\\.mailbox\\.org\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`posteo\\.de\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`smtp\\.fastmail\\.com\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`mail\\.runbox\\.com\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`smtp\\.mail\\.me\\.com\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`mail\\.gmx\\.net\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`imap\\.mailbox\\.org\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`imap\\.fastmail\\.com\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`imap\\.mail\\.me\\.com\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`imap\\.gmx\\.net\\'" (:trustfiles :hostname))))

;; Sending: the address in From decides.
(defun mailwright--person ()
  "The row of `mailwright-people' for the message in this buffer."
  (let* ((from (save-excursion
                 (save-restriction
                   (message-narrow-to-headers-or-head)
                   (mail-fetch-field "from"))))
         (address (and from (cadr (mail-extract-address-components from)))))
    (or (and address (assoc-string address mailwright-people t))
        (car mailwright-people))))

(defun mailwright-send-it ()
  "Send the message in this buffer by the server of the address in From."
  (let* ((person (cdr (mailwright--person)))
         (smtpmail-smtp-server (or (plist-get person :server)
                                   (error "This address has no server to send by")))
         (smtpmail-smtp-service (plist-get person :port))
         (smtpmail-stream-type (plist-get person :stream))
         (smtpmail-smtp-user (plist-get person :user))
         (smtpmail-auth-supported (plist-get person :auth)))
    (smtpmail-send-it)))

(defvar mailwright--signs nil "Whether the settings of keys are those of an address of ours.")

(defun mailwright-before-sending ()
  "Add the address for answers, and the mark that signs or encrypts unless there is one."
  (let* ((person (cdr (mailwright--person)))
         (reply-to (plist-get person :reply-to))
         (how (plist-get person :secure))
         (key (plist-get person :key)))
    (when (and reply-to (not (message-field-value "Reply-To")))
      (message-add-header (concat "Reply-To: " reply-to)))
    (unless (or (not how)
                (save-excursion
                  (goto-char (point-min))
                  (re-search-forward "^<#\\(secure\\|part.* \\(sign\\|encrypt\\)=\\)" nil t)))
      (mml-secure-message (plist-get person :by) how))
    ;; For the whole program, since the message is signed in another buffer: so each time, whatever was there before.
    (when (or how mailwright--signs)
      (setq mailwright--signs how
            mml-secure-openpgp-signers (and how key (list key))
            mml-secure-smime-signers (and how key (list key))
            ;; Without a key the one of the address.
            mml-secure-openpgp-sign-with-sender (and how (not key))
            mml-secure-smime-sign-with-sender (and how (not key))
            ;; Whoever writes reads it again.
            mml-secure-openpgp-encrypt-to-self (and how t)
            mml-secure-smime-encrypt-to-self (and how t)))))

(add-hook 'message-send-hook #'mailwright-before-sending)
(setq user-mail-address "ada@mailbox.org"
      user-full-name "Ada Lovelace"
      send-mail-function #'mailwright-send-it
      message-send-mail-function #'mailwright-send-it)

;; Gnus: every account by IMAP.
(defvar gnus-select-method)
(defvar gnus-secondary-select-methods nil)
(defvar gnus-posting-styles nil)
(unless (boundp 'gnus-select-method)
  (setq gnus-select-method '(nnnil "")))
(setq gnus-secondary-select-methods
      (append
       '(
         (nnimap "pass"
                 (nnimap-address "posteo.de")
                 (nnimap-server-port 993)
                 (nnimap-stream ssl)
                 (nnimap-user "ada@posteo.de"))
         (nnimap "gopass"
                 (nnimap-address "imap.mailbox.org")
                 (nnimap-server-port 993)
                 (nnimap-stream ssl)
                 (nnimap-user "ada@mailbox.org"))
         (nnimap "gpg"
                 (nnimap-address "imap.fastmail.com")
                 (nnimap-server-port 993)
                 (nnimap-stream ssl)
                 (nnimap-user "ada@fastmail.com"))
         (nnimap "sops"
                 (nnimap-address "mail.runbox.com")
                 (nnimap-server-port 993)
                 (nnimap-stream ssl)
                 (nnimap-user "ada"))
         (nnimap "mac"
                 (nnimap-address "imap.mail.me.com")
                 (nnimap-server-port 993)
                 (nnimap-stream ssl)
                 (nnimap-user "ada"))
         (nnimap "onepassword"
                 (nnimap-address "imap.gmx.net")
                 (nnimap-server-port 993)
                 (nnimap-stream ssl)
                 (nnimap-user "ada@gmx.de")))
       gnus-secondary-select-methods))

;; Who writes, by the group that is open and by whom a mail was written to.
(setq gnus-posting-styles
      (append
       `(
         ("\\`nnimap\\+pass:"
          (address "ada@posteo.de")
          (name "Ada Lovelace")
          (gcc "\"nnimap+pass:Sent\""))
         ("\\`nnimap\\+gopass:"
          (address "ada@mailbox.org")
          (name "Ada Lovelace")
          (gcc "\"nnimap+gopass:Sent\""))
         ("\\`nnimap\\+gpg:"
          (address "ada@fastmail.com")
          (name "Ada Lovelace")
          (gcc "\"nnimap+gpg:Sent\""))
         ("\\`nnimap\\+sops:"
          (address "ada@runbox.com")
          (name "Ada Lovelace")
          (gcc "\"nnimap+sops:Sent\""))
         ("\\`nnimap\\+mac:"
          (address "ada@icloud.com")
          (name "Ada Lovelace")
          (gcc "\"nnimap+mac:Sent Messages\""))
         ("\\`nnimap\\+onepassword:"
          (address "ada@gmx.de")
          (name "Ada Lovelace")
          (gcc "\"nnimap+onepassword:Sent\"")))
       gnus-posting-styles))

(provide 'mailwright)
