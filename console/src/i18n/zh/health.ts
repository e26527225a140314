import type { certificate as enCertificate, otherScheme as enOtherScheme, strip as enStrip } from '../en/health'

export const strip: typeof enStrip = {
  title: '最近 48 小时',
  begin: '48 小时前',
  now: '现在',
  state: {
    healthy: '健康',
    degraded: '降级',
    unhealthy: '异常',
    unknown: '未观测',
  },
  bar: ({ from, to, state, reason, time }) =>
    `${from} – ${to}：${state}${time ? `，持续 ${time}` : ''}${reason ? `（${reason}）` : ''}`,
}

export const certificate: typeof enCertificate = {
  goodUntil: (date) => `有效期至 ${date}`,
  endedOn: (date) => `已于 ${date} 过期`,
  left: (days) => `证书剩余 ${days} 天`,
  ended: '证书已过期',
  issuedBy: (issuer) => `由 ${issuer} 签发`,
  selfSigned: '自签名证书',
}

export const otherScheme: typeof enOtherScheme = {
  https: '该服务器在此端口使用 TLS，而地址写的是 http://。',
  http: '该服务器在此端口使用未加密的 http，而地址写的是 https://。',
  toHttps: '改用 https://',
  toHttp: '改用 http://',
  httpHelp: '使用 http:// 时，密码和镜像均以明文传输；使用前需要先确认允许。',
}
