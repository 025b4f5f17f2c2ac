"""Records what PyYAML, with which azure-ai-ml reads its files, takes plain words for.

Prints a JSON object: for each word the type of Python and the text (`str`) of the value.
Goldens: record_yaml_words.py > test/goldens/yaml-words.json
"""

import json

import yaml

WORDS = """
1 0 -0 +1 -7 012 -012 +07 08 09 0o17 0x1F -0xff 0b11 1_000 1__0 1:30 -1:30 1:90 190:20:30 12345678901234567890
1.0 1. -0.0 .5 -.5 1.5e+3 1.5e3 1.5E-3 1.0e-05 1e-3 1e3 1E5 1e+5 1.50 0.0001 0.00001234 1.2e+16 123456789012345.5
1234567890123456789.0 1_0.5 1:30.5 .inf -.inf .Inf .nan 0.1 100.25 1.0e+22
yes Yes YES yEs no No NO on On off OFF true True TRUE tRUE false y n Y ~ null Null NULL nULL None none
2.0.1 1.2.3 v1 a-b _1 1_ 1e 0x 0b
""".split()


def told(word):
    value = yaml.safe_load(f"word: {word}")["word"]
    return {"type": type(value).__name__, "text": str(value)}


print(json.dumps({word: told(word) for word in WORDS}, indent=1))
