//! What a mail host publishes, without any real program: answers, pages, records, exports, directories, the server.
//! What real programs make of it is `tests/clients/`' business.

mod apple;
mod export;
mod sign;
