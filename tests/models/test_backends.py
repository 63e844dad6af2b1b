"""Models of one's own, through transformers and sentence-transformers, built small in the test."""

import numpy as np
import pytest

from copilot.errors import ArtifactError
from copilot.moderator import Moderator
from copilot.policy import DEFAULT_BANDS
from copilot.text import text_views
from copilot.types import Decision, Label, Message
from models import load_classifier, load_encoder

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")

CHARACTERS = list("加我微信领红包今天好吃你这个人大家早上，。abc123")


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """A character tokenizer in a folder."""
    from transformers import BertTokenizerFast

    folder = tmp_path_factory.mktemp("words")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *CHARACTERS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    return BertTokenizerFast(vocab={word: i for i, word in enumerate(vocabulary)}, do_lower_case=False), len(vocabulary)


def tiny_bert(words, **options):
    import torch
    from transformers import BertConfig

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    return BertConfig(vocab_size=words[1], max_position_embeddings=512, **sizes, **options)


@pytest.fixture(scope="module")
def own_classifier(words, tmp_path_factory):
    from transformers import BertForSequenceClassification

    config = tiny_bert(
        words,
        id2label={0: "normal", 1: "abuse", 2: "spam"},
        label2id={"normal": 0, "abuse": 1, "spam": 2},
    )
    folder = tmp_path_factory.mktemp("classifier")
    BertForSequenceClassification(config).save_pretrained(folder)
    words[0].save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def own_encoder(words, tmp_path_factory):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertModel

    inner = tmp_path_factory.mktemp("bert")
    BertModel(tiny_bert(words)).save_pretrained(inner)
    words[0].save_pretrained(inner)
    transformer = Transformer(str(inner))
    folder = tmp_path_factory.mktemp("encoder")
    SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu").save(str(folder))
    return folder


TEXTS = ["大家早上好", "", "加我微信领红包abc123", "\ud800", "今天" * 900]


def test_a_transformers_classifier_judges_under_its_own_and_mapped_labels(own_classifier):
    classifier = load_classifier(f"transformers:{own_classifier}?spam=ads")
    found = classifier.classify([text_views(text) for text in TEXTS])
    assert [set(scores) for scores in found] == [{Label.ABUSE, Label.ADS}] * len(TEXTS)
    assert all(0 < sum(scores.values()) < 1 for scores in found)  # a softmax with "normal" beside them
    for text, together in zip(TEXTS, found, strict=True):
        [alone] = classifier.classify([text_views(text)])
        assert alone == pytest.approx(together, abs=1e-4)


def test_a_transformers_classifier_serves_the_whole_path(own_classifier):
    moderator = Moderator(load_classifier(f"transformers:{own_classifier}"))
    [assessment] = moderator.assess([Message("1", "大家早上好")])
    assert assessment.versions.model == f"transformers:{own_classifier}"
    assert moderator.policy.bands == DEFAULT_BANDS
    assert assessment.decision in Decision


def test_a_model_without_any_of_our_labels_says_how_to_map_them(own_classifier):
    with pytest.raises(ArtifactError, match="nosuch"):
        load_classifier(f"transformers:{own_classifier}?spam=nosuch")
    with pytest.raises(ArtifactError, match="toxic"):
        load_classifier(f"transformers:{own_classifier}?toxic=abuse")


def test_a_folder_without_a_model_is_a_clear_error(tmp_path):
    with pytest.raises(ArtifactError, match="cannot be loaded"):
        load_classifier(f"transformers:{tmp_path}")
    with pytest.raises(ArtifactError, match="cannot be loaded"):
        load_encoder(f"sentence-transformers:{tmp_path}/nothing")


def test_a_sentence_transformers_encoder_gives_unit_rows(own_encoder):
    encoder = load_encoder(f"sentence-transformers:{own_encoder}")
    rows = encoder.encode([text_views(text) for text in TEXTS])
    assert rows.shape == (len(TEXTS), encoder.dim) == (5, 16)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)
    assert encoder.encode([]).shape == (0, 16)
