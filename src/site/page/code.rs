//! QR codes as the path of an SVG drawing, so that a page needs no picture from anywhere.

use qrcode::{Color, EcLevel, QrCode};

/// The light border that a reader needs (ISO/IEC 18004): four modules.
const BORDER: usize = 4;

/// A code.
#[derive(Debug)]
pub struct Code {
    /// The length of an edge in modules, border included.
    pub size: usize,
    /// The dark modules, for the attribute `d`.
    pub path: String,
}

impl Code {
    /// The code of a text; `None` for one that is too long for a code.
    pub fn of(text: &str) -> Option<Code> {
        use std::fmt::Write as _;
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let (width, colours) = (code.width(), code.to_colors());
        let mut path = String::new();
        for (y, row) in colours.chunks(width).enumerate() {
            let mut x = 0;
            while x < width {
                let run = row[x..].iter().take_while(|c| **c == Color::Dark).count();
                if run > 0 {
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + BORDER, y + BORDER);
                }
                x += run.max(1);
            }
        }
        Some(Code { size: width + 2 * BORDER, path })
    }
}
