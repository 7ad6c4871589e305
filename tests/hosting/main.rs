//! What a mail host publishes, without any real program: answers, pages, records, exports, directories, the server.
//! What real programs make of it is `tests/clients/`' business.

mod asking;
mod autodiscover;
mod exhausting;
mod hostile;
mod load;
mod peers;
mod readers;
mod requests;
mod running;
/// What the fuzz targets call.
#[path = "../../fuzz/src/lib.rs"]
mod tried;
