//! Sites to ask, and questions to ask them.

use mailwright::site::{Answer, Method, Question, Site};

/// The site of an account file.
pub fn site(text: &str) -> Site {
    let reading = mailwright::read_text("site.yaml", text);
    assert!(!reading.failed(), "{text}\n{:#?}", reading.problems);
    Site::build(&reading.mail, None).expect("domains")
}

/// One domain, `example.org`, its service as the file has it.
pub fn provider(service: &str) -> Site {
    site(&format!("providers: {{ host: {{ name: Host, domains: [example.org], {service} }} }}"))
}

/// One service as the file has it, with what `serve:` says.
pub fn serving(serve: &str, service: &str) -> Site {
    site(&format!("serve: {{ {serve} }}\nproviders:\n  own: {{ {service} }}\n"))
}

/// The plainest site.
pub fn plain() -> Site {
    provider("imap: imap.example.org, pop3: pop.example.org, smtp: smtp.example.org")
}

pub fn get(site: &Site, host: &str, path: &str, query: &str) -> Answer {
    site.ask(&Question::get(host, path, query))
}

/// Posts to Autodiscover.
pub fn post(site: &Site, body: &[u8]) -> Answer {
    post_to(site, "/autodiscover/autodiscover.xml", body)
}

pub fn post_to(site: &Site, path: &str, body: &[u8]) -> Answer {
    site.ask(&Question { method: Method::Post, body, ..Question::get("autodiscover.example.org", path, "") })
}

/// What Outlook posts for an address, which stands in it as it is.
pub fn outlook(address: &str) -> String {
    request("outlook", address, "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a")
}

/// What phones and the new Outlook post.
pub fn mobile(address: &str) -> String {
    request("mobilesync", address, "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006")
}

pub fn request(kind: &str, address: &str, schema: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/{kind}/requestschema/2006\">\n  <Request>\n    \
         <EMailAddress>{address}</EMailAddress>\n    \
         <AcceptableResponseSchema>{schema}</AcceptableResponseSchema>\n  </Request>\n</Autodiscover>\n"
    )
}

/// The text of an answer.
pub fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).expect("UTF-8")
}

/// The error code of an answer, when it is an error.
pub fn error_code(answer: &Answer) -> Option<u16> {
    let elements = crate::tried::elements(text(answer));
    elements.iter().find(|(name, _)| name == "ErrorCode").map(|(_, code)| code.parse().expect("a number"))
}
