package io.outrider.seal;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.List;

/**
 * COSE_Sign1 (RFC 9052, section 4.2), untagged, ES256. The external data names what is signed, so
 * that a signature for one purpose is none for another. Immutable.
 */
final class CoseSign1 {
    /** The protected header {1: -7}. */
    private static final byte[] PROTECTED = {(byte) 0xa1, 0x01, 0x26};

    private static final int LABEL_X5CHAIN = 33;
    private static final int SIGNATURE_BYTES = 64;
    private static final String ES256 = "SHA256withECDSAinP1363Format";

    private final List<byte[]> chain;
    private final byte[] payload;
    private final byte[] signature;

    private CoseSign1(List<byte[]> chain, byte[] payload, byte[] signature) {
        this.chain = chain;
        this.payload = payload;
        this.signature = signature;
    }

    /** Signs; the chain (RFC 9360, signer first) is left out where it is empty. */
    static byte[] sign(
            PrivateKey key,
            SecureRandom random,
            String purpose,
            List<byte[]> chain,
            byte[] payload) {
        try {
            Signature signer = Signature.getInstance(ES256);
            signer.initSign(key, random);
            signer.update(toBeSigned(purpose, payload));
            return new CoseSign1(chain, payload, signer.sign()).toBytes();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with this key", e);
        }
    }

    /** Signed by a key that the receiver knows already: no certificates come along. */
    static CoseSign1 parseBare(byte[] bytes, int bytesMax) throws Refusal {
        CoseSign1 parsed = parse(bytes, bytesMax);
        if (!parsed.chain.isEmpty()) {
            throw Refusal.malformed("certificates where none belong");
        }
        return parsed;
    }

    static CoseSign1 parse(byte[] bytes, int bytesMax) throws Refusal {
        CborReader in = new CborReader(bytes, bytesMax);
        in.array();
        byte[] _ = in.bytes(PROTECTED.length, PROTECTED.length);
        List<byte[]> chain = readChain(in);
        byte[] payload = in.bytes(1, bytesMax);
        byte[] signature = in.bytes(SIGNATURE_BYTES, SIGNATURE_BYTES);
        in.endArray();
        var parsed = new CoseSign1(chain, payload, signature);
        in.endOf(parsed.toBytes()); // compares the protected header too
        return parsed;
    }

    /** The certificates of the unprotected header in DER, signer first; not yet believed. */
    List<byte[]> chain() {
        return chain;
    }

    /** What was signed by this key for this purpose. */
    byte[] payload(PublicKey key, String purpose) throws Refusal {
        try {
            Signature verifier = Signature.getInstance(ES256);
            verifier.initVerify(key);
            verifier.update(toBeSigned(purpose, payload));
            if (verifier.verify(signature)) {
                return payload;
            }
        } catch (SignatureException e) {
            throw new Refusal(Refusal.Reason.FORGED, "not a signature", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot verify with this key", e);
        }
        throw Refusal.forged("not signed by this key as " + purpose);
    }

    private static List<byte[]> readChain(CborReader in) throws Refusal {
        List<byte[]> chain = new ArrayList<>();
        in.map();
        if (!in.atEndMap()) {
            in.key(LABEL_X5CHAIN);
            if (in.atArray()) {
                in.array();
                while (!in.atEndArray() && chain.size() < Limits.CHAIN_CERTIFICATES_MAX) {
                    chain.add(in.bytes(1, Limits.CERTIFICATE_BYTES_MAX));
                }
                in.endArray();
            } else {
                chain.add(in.bytes(1, Limits.CERTIFICATE_BYTES_MAX));
            }
        }
        in.endMap();
        return List.copyOf(chain);
    }

    private byte[] toBytes() {
        CborWriter out = new CborWriter().array(4).bytes(PROTECTED);
        if (chain.isEmpty()) {
            out.map(0).end();
        } else {
            out.map(1).key(LABEL_X5CHAIN);
            writeChain(out);
            out.end();
        }
        return out.bytes(payload).bytes(signature).end().toBytes();
    }

    /** One certificate stands alone, more stand in an array (RFC 9360, section 2). */
    private void writeChain(CborWriter out) {
        if (chain.size() == 1) {
            out.bytes(chain.getFirst());
            return;
        }
        out.array(chain.size());
        chain.forEach(out::bytes);
        out.end();
    }

    /** Sig_structure (RFC 9052, section 4.4). */
    private static byte[] toBeSigned(String purpose, byte[] payload) {
        byte[] external = new CborWriter().array(2).number(1).text(purpose).end().toBytes();
        return new CborWriter()
                .array(4)
                .text("Signature1")
                .bytes(PROTECTED)
                .bytes(external)
                .bytes(payload)
                .end()
                .toBytes();
    }
}
