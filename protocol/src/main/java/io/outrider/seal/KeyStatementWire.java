package io.outrider.seal;

import java.util.ArrayList;
import java.util.List;

/** The payload of a key statement, field by field, before keys and certificates are looked at. */
record KeyStatementWire(
        long serial,
        long issuedAtMs,
        String installation,
        List<Key> sealingKeys,
        Bytes commandKey,
        List<Bytes> trustAnchors,
        long deleteOn) {

    private static final int VERSION = 1;
    private static final int SUITE_CODE_MAX = 255;
    private static final int COMMAND_KEY_BYTES_MAX = 256;
    private static final int DELETE_ON_MAX = 2;

    /** A sealing key, of a suite that we may not know. */
    record Key(int suiteCode, Bytes bytes) {}

    static KeyStatementWire read(byte[] payload) throws Refusal {
        CborReader in = new CborReader(payload, Limits.KEY_STATEMENT_BYTES_MAX);
        in.array();
        in.number(VERSION, VERSION);
        long serial = in.number(0, Limits.NUMBER_MAX);
        long issuedAtMs = in.number(0, Limits.TIME_MS_MAX);
        String installation = in.text(Limits.INSTALLATION_CHARS_MAX);
        List<Key> sealingKeys = readKeys(in);
        Bytes commandKey = Bytes.copyOf(in.bytes(1, COMMAND_KEY_BYTES_MAX));
        List<Bytes> trustAnchors = readAnchors(in);
        long deleteOn = in.number(1, DELETE_ON_MAX);
        in.endArray();
        var wire =
                new KeyStatementWire(
                        serial,
                        issuedAtMs,
                        installation,
                        sealingKeys,
                        commandKey,
                        trustAnchors,
                        deleteOn);
        in.endOf(wire.toPayload());
        return wire;
    }

    byte[] toPayload() {
        CborWriter out =
                new CborWriter()
                        .array(8)
                        .number(VERSION)
                        .number(serial)
                        .number(issuedAtMs)
                        .text(installation)
                        .array(sealingKeys.size());
        for (Key key : sealingKeys) {
            out.array(2).number(key.suiteCode).bytes(key.bytes.toArray()).end();
        }
        out.end().bytes(commandKey.toArray()).array(trustAnchors.size());
        for (Bytes anchor : trustAnchors) {
            out.bytes(anchor.toArray());
        }
        return out.end().number(deleteOn).end().toBytes();
    }

    private static List<Key> readKeys(CborReader in) throws Refusal {
        List<Key> keys = new ArrayList<>();
        in.array();
        while (!in.atEndArray() && keys.size() < Limits.SEALING_KEYS_MAX) {
            in.array();
            int suiteCode = (int) in.number(1, SUITE_CODE_MAX);
            keys.add(new Key(suiteCode, Bytes.copyOf(in.bytes(1, Limits.SEALING_KEY_BYTES_MAX))));
            in.endArray();
        }
        in.endArray();
        if (keys.isEmpty()) {
            throw Refusal.malformed("no sealing key");
        }
        return keys;
    }

    private static List<Bytes> readAnchors(CborReader in) throws Refusal {
        List<Bytes> anchors = new ArrayList<>();
        in.array();
        while (!in.atEndArray() && anchors.size() < Limits.TRUST_ANCHORS_MAX) {
            anchors.add(Bytes.copyOf(in.bytes(1, Limits.CERTIFICATE_BYTES_MAX)));
        }
        in.endArray();
        if (anchors.isEmpty()) {
            throw Refusal.malformed("no trust anchor");
        }
        return anchors;
    }
}
