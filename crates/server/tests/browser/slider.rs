//! The slider, solved by what a page shows of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use thirtyfour::Key;
use yaopai_pictures::solver::solve;

use crate::driver::Browser;

const SHOWN: &str = "
const [background, piece] = document.querySelectorAll('[data-slider] image');
const picture = image => image.getAttribute('href').split(',')[1];
return { background: picture(background), piece: picture(piece), y: Number(piece.getAttribute('y')) };";

#[derive(Deserialize)]
struct Shown {
    background: String,
    piece: String,
    y: u32,
}

impl Browser {
    /// Moves the piece into the gap, by the arrow keys, which each move it by a pixel.
    pub(crate) async fn solve_slider(&self, label: &str) {
        let range = self.control(label).await;
        let shown = self.driver.execute(SHOWN, []).await.unwrap();
        let shown: Shown = shown.convert().unwrap();
        let picture = |text: &str| BASE64.decode(text).unwrap();
        let x = solve(&picture(&shown.background), &picture(&shown.piece), shown.y).unwrap();
        let keys: String = (0..x).map(|_| Key::Right.value()).collect();
        range.send_keys(keys).await.unwrap();
        assert_eq!(self.value(label).await, x.to_string());
    }
}
