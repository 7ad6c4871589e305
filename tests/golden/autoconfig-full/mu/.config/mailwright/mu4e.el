;; Written by Mailwright (mu). Changes made here are lost: your own lines go into the option extra. -*- coding: utf-8; lexical-binding: t -*-

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

;; mu4e: a context for every address.
(declare-function make-mu4e-context "mu4e-context")
(declare-function mu4e-message-contact-field-matches "mu4e-message")
(declare-function mu4e-message-field "mu4e-message")

(defun mailwright-mu4e-match (folder address others)
  "A function that knows mail below FOLDER, to ADDRESS if that is one, and to none of OTHERS."
  (let* ((exactly (lambda (a) (concat "\\`" (regexp-quote a) "\\'")))
         (to (lambda (msg all)
               (and all (mu4e-message-contact-field-matches msg '(:to :cc) (mapcar exactly all))))))
    (lambda (msg)
      (when msg
        (and (string-prefix-p (concat folder "/") (concat (mu4e-message-field msg :maildir) "/"))
             (if address (funcall to msg (list address)) (not (funcall to msg others))))))))

(defun mailwright-no-archive (_msg)
  "For accounts without a folder to refile into."
  (user-error "The account has no archive folder"))

(with-eval-after-load 'mu4e
  (setq mu4e-get-mail-command "mbsync -a"
        ;; mbsync needs another name in another folder.
        mu4e-change-filenames-when-moving t
        mu4e-context-policy 'pick-first
        mu4e-compose-context-policy 'ask-if-none
        mu4e-contexts
        (list
         (make-mu4e-context
          :name "ada@analytical.example"
          :match-func (mailwright-mu4e-match "/ada@analytical.example" nil
                                             '())
          :vars
          `((user-mail-address . "ada@analytical.example")
            (user-full-name . "")
            (mu4e-sent-folder . "/ada@analytical.example/Sent")
            (mu4e-drafts-folder . "/ada@analytical.example/Drafts")
            (mu4e-trash-folder . "/ada@analytical.example/Trash")
            (mu4e-refile-folder . mailwright-no-archive)
            (mu4e-sent-messages-behavior . sent)
            (message-signature . nil)
            (mu4e-compose-signature . nil)))
         (make-mu4e-context
          :name "gmail"
          :match-func (mailwright-mu4e-match "/gmail" nil
                                             '())
          :vars
          `((user-mail-address . "ada@gmail.com")
            (user-full-name . "")
            (mu4e-sent-folder . "/gmail/[Gmail]/Sent Mail")
            (mu4e-drafts-folder . "/gmail/[Gmail]/Drafts")
            (mu4e-trash-folder . "/gmail/[Gmail]/Trash")
            (mu4e-refile-folder . "/gmail/[Gmail]/All Mail")
            (mu4e-sent-messages-behavior . delete)
            (message-signature . nil)
            (mu4e-compose-signature . nil)))
         (make-mu4e-context
          :name "posteo"
          :match-func (mailwright-mu4e-match "/posteo" nil
                                             '())
          :vars
          `((user-mail-address . "ada@posteo.de")
            (user-full-name . "")
            (mu4e-sent-folder . "/posteo/Sent")
            (mu4e-drafts-folder . "/posteo/Drafts")
            (mu4e-trash-folder . "/posteo/Trash")
            (mu4e-refile-folder . mailwright-no-archive)
            (mu4e-sent-messages-behavior . sent)
            (message-signature . nil)
            (mu4e-compose-signature . nil))))))

(provide 'mailwright-mu4e)
