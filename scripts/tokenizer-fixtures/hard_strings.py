"""Strings on which tokenizers are known to go astray."""

WHITESPACE = [
    "", " ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\r", " \n", "\n ", "\t\t", "  \n  \n", "a  b", "a   b", "a    b",
    " a", "  a", "a ", "a  ", "   leading three", "trailing three   ", "tab\there", "line\nbreak", "win\r\nbreak",
    "two\n\nparagraphs", "a\n b", "a \nb", "x\n\n\n  y", "\n\nHello", "Hello\n\n", "\u00a0nbsp\u00a0here\u00a0",
    "em\u2003space", "thin\u2009space", "ideographic\u3000space", "line\u2028separator", "paragraph\u2029separator",
    "next\u0085line", "ogham\u1680mark", "narrow\u202fspace", "math\u205fspace", "mongolian\u180evowel",
    "vt\u000bff\u000c", "                                        forty", "a" + " " * 17 + "b",
]
LETTERS_AND_MARKS = [
    "Hello, world!", "The quick brown fox jumps over the lazy dog.", "HELLO WORLD", "CamelCaseWord snake_case_word",
    "I'm you're he'll she'd we've it's don't", "I'M YOU'RE HE'LL SHE'D WE'VE IT'S DON'T", "I\u2019m you\u2019re",
    "'s", "'S 'T 'Re 'vE", "o'clock rock'n'roll", "'''", "long \u017fin 'ſ", "café", "cafe\u0301", "naïve résumé",
    "nai\u0308ve re\u0301sume\u0301", "Å Å A\u030a", "ﬁne ﬂow", "ﬃ ﬅ", "① ② ½ ⅓ x² Ⅷ", "㎏ ㍿ ﷺ", "İstanbul ISTANBUL ıI",
    "STRASSE straße ẞ", "ΟΔΥΣΣΕΥΣ Οδυσσεύς", "ǅ ǆ Ǆ", "Zażółć gęślą jaźń", "Đặng Việt Nam", "q\u0307\u0323 q\u0323\u0307",
    "e\u0301\u0302\u0303", "\u0301leading mark", "a\u200db", "zero\u200bwidth\u200bspace", "join\u200der non\u200cjoiner",
    "\ufeffbom", "soft\u00adhyphen", "\u202eoverride\u202c",
]
SCRIPTS = [
    "مرحبا بالعالم", "السَّلَامُ عَلَيْكُمْ", "שלום עולם", "नमस्ते दुनिया", "क्षत्रिय", "সোনার বাংলা", "ภาษาไทย", "สวัสดีครับ", "你好，世界！",
    "中文没有空格", "日本語のテキスト", "カタカナ ひらがな", "ﾊﾝｶｸ", "안녕하세요 세계", "\u1112\u1161\u11ab\u1100\u1173\u11af", "Привет, мир!", "Ελληνικά",
    "ქართული", "Հայերեն", "አማርኛ", "தமிழ்", "မြန်မာ", "ខ្មែរ", "བོད་", "𐍈𐌰𐌽", "𝒜𝓁𝓅𝒽𝒶 𝟙𝟚𝟛", "𠀀𠮷野家", "mixed 中文 and English 日本",
]
SYMBOLS = [
    "😀", "😀😃😄", "👨‍👩‍👧‍👦", "👍🏽 👍", "🇩🇪🇫🇷", "❤️ ❤", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "text 😀 emoji", "© ® ™", "€100 £5 ¥9", "→ ⇒ ∀x∈ℝ",
    "a+b=c", "…—–", "“quoted” ‘single’", "«guillemets»", "!!!", "?!?!", "...", "---", "***bold***", "#hashtag @user",
    "$HOME ^caret `tick` ~tilde|pipe", "100% & more", "(parens) [brackets] {braces} <angles>", "\\backslash\\ /slash/",
]
NUMBERS = [
    "0", "7", "42", "123", "1234", "12345", "1234567890", "3.14159", "1,000,000", "1e-10", "0x1F4A9", "v2.0.1", "2024-01-31",
    "12:34:56", "٠١٢٣٤٥", "०१२३", "１２３", "a1b2c3", "x 1 y 22 z 333",
]
CODE = [
    "def f(x):\n    return x + 1\n", "if (a && b) {\n\treturn c[0];\n}", "for i in range(10):\n        print(i)", "<div class=\"a\">b</div>",
    "https://example.org/path?q=1&r=a%20b#frag", "user.name+tag@mail.example.com", "C:\\Users\\x\\y.txt", "{\"key\": [1, 2.5, null]}",
    "SELECT * FROM t WHERE a='b';", "std::vector<int>&& v", "a->b; c++; --d;", "// comment\n/* block */", "#include <stdio.h>\n\n\nint main()",
]
SPECIALS = [
    "<s>", "</s>", "<unk>", "<|endoftext|>", "a<|endoftext|>b", "a <|endoftext|> b", "<|endoftext|><|endoftext|>", "<s>Hello</s>",
    " <s> Hello </s> ", "<|im_start|>user\nHi<|im_end|>\n", "<|im_start|> x <|im_end|> y", "<mask>", "a <mask> b", "<pad>", "<0x0A>", "<0xE2><0x96>",
    "▁", "▁▁", "a▁b", "▁a", "Ġ", "Ċ", "aĠb", "<|endof", "endoftext|>", "[CLS] a [SEP]", "##ing", "word", "words", "a word.", "wordy word word", "é<s>é",
]
ODD = [
    "\u0000", "a\u0000b", "\u0001\u0002\u001f", "\u007f", "\u0080\u009f", "\ufffd", "\uffff\ufffe", "\U0010ffff", "\u0378\u0379", "\ue000\uf8ff", "\U000e0001",
    "a" * 300, "ab" * 200, "supercalifragilisticexpialidocious" * 6, "!" * 90, "1" * 70, "é" * 60, "日" * 50, "😀" * 20, "aaaaabbbbbccccc" * 8,
    "x" + "\n" * 30 + "y", "= " * 40, "\u0915\u094d" * 40,
]

HARD_STRINGS = WHITESPACE + LETTERS_AND_MARKS + SCRIPTS + SYMBOLS + NUMBERS + CODE + SPECIALS + ODD
