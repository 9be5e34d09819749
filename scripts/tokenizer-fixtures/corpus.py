"""A few paragraphs to train tiny vocabularies on."""

PARAGRAPHS = [
    "The lighthouse keeper wrote down the weather every morning. He wrote the hour, the wind and the colour of the sea, and then "
    "he wrote whether the fishing boats had gone out. When the boats stayed in the harbour, he'd walk down the hill and ask why.",
    "A model reads the words one after the other. It doesn't know the whole story, but it's able to guess the next word, and the "
    "next one after that. They're not always right; we've seen them fail, and I'm sure we'll see it again.",
    "In 1969, 2 people walked on the Moon for about 2.5 hours; the computer on board had 4096 words of memory. By 2024 a phone had "
    "more than 8,000,000,000 bytes. 12345 67890 100 200 300 400 500 1000.",
    "def train(words, count=1000):\n    for word in words:\n        if len(word) > 3:\n            yield word.lower()\n    return None\n\n\n"
    "int main(void) {\n\tprintf(\"hello, world\\n\");\n\treturn 0;\n}\n",
    "Le café était fermé à cause de l'été. Le garçon a déjà mangé; où est la forêt? Der Bär läuft über die Straße. El niño come piña.",
    "Привет, как дела? Сегодня хорошая погода. 你好，世界。今天天气很好。日本語のテキストです。مرحبا بالعالم. नमस्ते दुनिया। שלום עולם. 안녕하세요.",
    "Words and wordings, singing and ringing, running, jumping, playing; playful, helpful, hopeful. Unhappy, untied, undone. The theory "
    "of the other mother and her brother gathers together with the weather.",
    "😀 😃 😄 👍 → ⇒ € £ ½ ² ... --- !!! ??? (parens) [brackets] {braces} <angles> a+b=c https://example.org/path?q=1&r=2",
    "   indented\n      more indented\n\n\ttabbed\ttext  with   runs    of     spaces\r\nand a carriage return\r\n",
]
