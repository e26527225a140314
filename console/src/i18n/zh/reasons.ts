import type { ReasonTexts } from '../texts'

export const reasons: ReasonTexts = {
  NotChecked: { short: '尚未检查', sentence: '尚未进行检查。' },
  ConnectionRefused: { short: '连接被拒', sentence: '连接被拒绝：该地址和端口上没有服务在监听。' },
  NameUnresolved: { short: '域名无法解析', sentence: '无法解析地址中的域名。' },
  Timeout: { short: '响应超时', sentence: '镜像仓库响应超时。' },
  ConnectionReset: { short: '连接中断', sentence: '收到响应之前连接被中断。' },
  TlsFailed: { short: 'TLS 失败', sentence: '无法建立受信任的加密连接。' },
  NotARegistry: { short: '不是镜像仓库', sentence: '该地址上运行的不是镜像仓库。' },
  ServerError: { short: '仓库内部错误', sentence: '镜像仓库内部出错。' },
  CredentialsRejected: { short: '认证失败', sentence: '镜像仓库拒绝了已保存的账户。' },
  TokenServiceUnconfirmed: { short: '令牌服务未确认', sentence: '镜像仓库要求把账户发送到尚未确认的令牌服务。' },
  RateLimited: { short: '已被限流', sentence: '请求过于频繁，已被镜像仓库限流。' },
  ProtocolError: { short: '协议错误', sentence: '无法解析镜像仓库的响应。' },
  AddressRefused: { short: '地址被禁止', sentence: 'Roadstead 不允许连接该地址。' },
  Reachable: { short: '响应正常', sentence: '镜像仓库响应正常。' },
  SlowAnswers: { short: '响应缓慢', sentence: '镜像仓库有响应，但速度较慢。' },
  CredentialsAccepted: { short: '认证通过', sentence: '已保存的账户通过了镜像仓库的认证。' },
  NoCredentials: { short: '未配置账户', sentence: '未配置账户，无需检查。' },
  CredentialUnreadable: { short: '账户无法读取', sentence: '无法解密已保存的账户。' },
  NotTested: { short: '尚未通过', sentence: '尚未通过连接测试。' },
  Tested: { short: '全部步骤通过', sentence: '连接测试的所有步骤均已通过。' },
}
