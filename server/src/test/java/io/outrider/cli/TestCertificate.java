package io.outrider.cli;

/** A certificate of an authority whose key nobody has kept. */
final class TestCertificate {
    static final String PEM =
            """
            -----BEGIN CERTIFICATE-----
            MIIBnzCCAUWgAwIBAgIUUJJe32pLIEyEm8/DrQotbBQl/I4wCgYIKoZIzj0EAwIw
            JDEiMCAGA1UEAwwZc29tZWJvZHkgZWxzZSdzIGF1dGhvcml0eTAgFw0yNjExMjIy
            MTA1MTNaGA8yMTI2MTAyOTIxMDUxM1owJDEiMCAGA1UEAwwZc29tZWJvZHkgZWxz
            ZSdzIGF1dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFdhIvl/lxwE
            /Ob4RXayzsrLQV1UdodF5r/EKydyqq92qoQEDT80w7WqgrTvDCrUkkfA3NcE7opj
            LlQoZpzi70ujUzBRMB0GA1UdDgQWBBRSa4ix++ZKlEaveATauKQNzmt5ITAfBgNV
            HSMEGDAWgBRSa4ix++ZKlEaveATauKQNzmt5ITAPBgNVHRMBAf8EBTADAQH/MAoG
            CCqGSM49BAMCA0gAMEUCIQDF7WkChm7jqd8EvJ1dmleJUfDbYp1XCXeRrTRF16Hb
            fwIgXdRJhVTf6MmlpRRRIbRtm6ssXuKLk/9j0a+MyWTREIM=
            -----END CERTIFICATE-----
            """;

    private TestCertificate() {}
}
