# SPDX-License-Identifier: Apache-2.0
"""What the Kokoro benchmarks say, in phonemes: Harvard sentences as `decibit speak --explain` reads them.

60, 148 and 394 symbols; ONE_CHUNK has no mark to cut at and makes 15 s of speech.
"""

_BIRCH = "ðə bˈɜɹʧ kənˈu slˈɪd ˌɔn ðə smˈuð plˈæŋks"
_GLUE = "ɡlˈu ðə ʃˈit tə ðə dˈɑɹk blˈu bˈækɡɹˌWnd"
_EASY = "ɪt ɪz ˈizi tə tˈɛl ðə dˈɛpθ ʌv ɐ wˈɛl"
_LONG = (
    f"{_BIRCH}. {_GLUE}. {_EASY}. ðˌiz dˈAz ɐ ʧˈɪkən lˈɛɡ ɪz ɐ ɹˈɛɹ dˈɪʃ, "
    "ænd ɹˈIs ɪz ˈɔfᵊn sˈɜɹvd ɪn ɹˈWnd bˈOlz. ðə ʤˈus ʌv lˈɛmənz mˌAks fˈIn pˈʌnʧ. "
    "ðə bˈɑks wʌz θɹˈOn bəsˈId ðə pˈɑɹkt tɹˈʌk. ðə hˈɔɡz wɜɹ fˈɛd ʧˈɑpt kˈɔɹn ænd ɡˈɑɹbɪʤ. "
    "fˈɔɹ ˈWəɹz ʌv stˈɛdi wˈɜɹk fˈAst ˌʌs. ðə bˈY wʌz ðˈɛɹ, sˌO ðA sˈA."
)
TEXTS = {
    "60": f"{_BIRCH} ænd ðˈɛn ɪt sˈæŋk.",
    "150": f"{_BIRCH}. {_GLUE}, ænd dˈu nˌɑt fəɹɡˈɛt ðæt {_EASY}.",
    "400": _LONG,
}
ONE_CHUNK = (
    f"{_BIRCH} ðˈɛn {_GLUE} bəkˈʌz {_EASY} ðiz dˈAz ænd ɐ ʧˈɪkən lˈɛɡ ɪz ɐ ɹˈɛɹ dˈɪʃ wˌIl "
    "ɹˈIs ɪz ˈɔfᵊn sˈɜɹvd ɪn ɹˈWnd bˈOlz wɪð ðə ʤˈus ʌv lˈɛmənz"
)
