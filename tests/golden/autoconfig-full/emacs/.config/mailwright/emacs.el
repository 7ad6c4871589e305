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
      (delete-dups (append '()
      mailwright-logins)))

;; Every address, how it sends, and what it signs with; the first is the default.
(defvar mailwright-people nil "Who writes mail here.")
(setq mailwright-people
      '(
        ("ada@analytical.example"
         :server "smtp.analytical.example" :port 465 :stream ssl :user "ada@analytical.example"
         :auth (plain login))
        ("ada@gmail.com"
         :server "smtp.gmail.com" :port 465 :stream ssl :user "ada@gmail.com"
         :auth (plain login))
        ("ada@posteo.de"
         :server "posteo.de" :port 465 :stream ssl :user "ada@posteo.de"
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
  (add-to-list 'gnutls-verify-error '("\\`smtp\\.analytical\\.example\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`smtp\\.gmail\\.com\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`posteo\\.de\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`imap\\.analytical\\.example\\'" (:trustfiles :hostname))))
(unless (eq gnutls-verify-error t)
  (add-to-list 'gnutls-verify-error '("\\`imap\\.gmail\\.com\\'" (:trustfiles :hostname))))

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
(setq user-mail-address "ada@analytical.example"
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
         (nnimap "ada@analytical.example"
                 (nnimap-address "imap.analytical.example")
                 (nnimap-server-port 993)
                 (nnimap-stream ssl)
                 (nnimap-user "ada@analytical.example"))
         (nnimap "gmail"
                 (nnimap-address "imap.gmail.com")
                 (nnimap-server-port 993)
                 (nnimap-stream ssl)
                 (nnimap-user "ada@gmail.com"))
         (nnimap "posteo"
                 (nnimap-address "posteo.de")
                 (nnimap-server-port 993)
                 (nnimap-stream ssl)
                 (nnimap-user "ada@posteo.de")))
       gnus-secondary-select-methods))

;; Who writes, by the group that is open and by whom a mail was written to.
(setq gnus-posting-styles
      (append
       `(
         ("\\`nnimap\\+ada@analytical\\.example:"
          (address "ada@analytical.example")
          (gcc "\"nnimap+ada@analytical.example:Sent\""))
         ("\\`nnimap\\+gmail:"
          (address "ada@gmail.com"))
         ("\\`nnimap\\+posteo:"
          (address "ada@posteo.de")
          (gcc "\"nnimap+posteo:Sent\"")))
       gnus-posting-styles))

(provide 'mailwright)
